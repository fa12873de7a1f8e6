"""The set-up's own modules are not part of the package; they lie in .ci/."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / ".ci"))
