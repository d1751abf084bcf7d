"""`python -m roundtable`."""

from roundtable.cli.main import main

main()
