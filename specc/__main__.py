"""`python -m specc`."""

from specc.cli.app import main

main()
