"""What holds for all tests: none sees, or leaves, what a user keeps."""

import pytest


@pytest.fixture(scope="session", autouse=True)
def data_home(tmp_path_factory):
    """A data folder of this session's own, so that no weights are imported but by a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data-home")))
        yield
