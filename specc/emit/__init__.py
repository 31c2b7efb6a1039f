"""From a typed program to the files of a standalone PyTorch package."""
