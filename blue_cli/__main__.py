"""`python -m blue_cli` is `blue`."""

from blue_cli.cli.main import main

if __name__ == "__main__":
    main()
