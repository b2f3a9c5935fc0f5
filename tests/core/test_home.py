"""A test run keeps its key and its files apart from those of the installation."""

import os
from pathlib import Path

from django.conf import settings


def test_files_lie_in_the_folder_of_the_run():
    home = Path(os.environ["CHUNFENG_TEST_HOME"])
    assert Path(settings.FILES_ROOT).is_relative_to(home)
    assert (home / "field.key").exists()
