"""A mailbox for everybody: takes any mail by SMTP, keeps it, and lets tests read it."""
