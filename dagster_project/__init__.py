"""Stages orders with dbt and delivers them with Dagster: none lost, none made twice."""
