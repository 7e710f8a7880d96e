"""Weights from files of other libraries.

One file a format gives named tensors; one file a library knows what that calls the modules of our networks;
``mapping`` checks the tensors and folds batch norms into convolutions; ``importing`` does all of it.
"""
