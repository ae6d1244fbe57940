"""One verb a module: ports and inputs in, a result out. No Typer, no printing."""
