"""``python -m edgetop``."""

import sys

from edgetop.cli import main

sys.exit(main())
