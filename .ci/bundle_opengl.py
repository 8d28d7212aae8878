"""Runs first in the bundle: stands in for Qt's OpenGL modules, which pyqtgraph imports and only OpenGL drawing uses."""

import sys
from types import ModuleType

for name in ("PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"):
    sys.modules[name] = ModuleType(name)
# a class is derived from it at import
sys.modules["PySide6.QtOpenGLWidgets"].QOpenGLWidget = object
