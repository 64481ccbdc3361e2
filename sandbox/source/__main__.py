"""python -m sandbox.source: write the source table to a file."""

import argparse
from pathlib import Path

from sandbox.source import files
from sandbox.source.orders import DEFAULT_ORDERS, DEFAULT_SEED, EMPTY_SHARE, generate_batches


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox.source", description=__doc__)
    parser.add_argument("--orders", type=int, default=DEFAULT_ORDERS, help="rows (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="same seed, same rows")
    parser.add_argument(
        "--empty-share",
        type=float,
        default=EMPTY_SHARE,
        help="share of ordinary rows without a quantity (default: a third)",
    )
    parser.add_argument("--out", type=Path, required=True, help=f"file: {', '.join(files.SUFFIXES)}")
    chosen = parser.parse_args(arguments)
    batches = generate_batches(chosen.orders, chosen.seed, empty_share=chosen.empty_share)
    try:
        rows = files.write(batches, chosen.out)
    except ValueError as error:
        parser.error(str(error))
    print(f"{rows} rows in {chosen.out}")


if __name__ == "__main__":
    main()
