"""The command line. Each verb lives in its own module and is imported when it is used."""
