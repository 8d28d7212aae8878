"""Charts over time and the strip of cores; the only room that knows pyqtgraph.

For whoever builds cards:

    history = History(catalogue, addresses)                    # perfwatch_core.history, or any other PointSource
    cursor = Cursor()                                          # charts.cursor; one for all charts of a window
    lines = lines_of(declared.lines, catalogue)                # charts.line; layout lines with their series
    chart = TimeChart(theme, lines, cursor, name="CPU")        # charts.chart; a QWidget
        span=300.0      seconds from the left edge to the right one
        least=0.0       the smallest top of the y axis, in the unit of the lines
        times=None      a TimeView: the pointer, the wheel and clicks move the time of all charts that share it
        banded, signed  the mean with its extremes as a band; values below zero
        ceiling=None    a series whose newest value the axis ends at (memory: the total)
    chart.draw(history, now)        once for each sample, `now` its UTC seconds; costs nothing while nobody sees it
        span=None       another span from now on
        live=True       ages on the time axis; without it clock times, and the axis only grows while time is moved
        more=True       the source knows more than before; without it what was drawn is moved
    chart.switch(address, on)       a line on or off; chart.visible_series says which are on
    chart.set_byte_style(style)     binary or decimal, on the axis and in the read-out
    chart.read_out                  what the cursor reads here: clock time, and a row for each line
    chart.values_text()             the newest values as text, also its accessible description

    strip = CoreStrip(theme, name="per core")                  # charts.strip; a QWidget
    strip.draw(values)              a percentage for each instance, None where it is not known

Styles come from the layout: AREA and MIRROR are filled, MIRROR hangs below zero, STACK stands on the line before,
DASHED is dashed. Freezing is not calling `draw`; hovering goes on. Themes change by themselves. To be read without
colours, rows of a read-out stand in the order of the lines below the cursor, from top to bottom.
"""

import os

# pyqtgraph takes the first Qt binding it finds, which on a machine with several need not be ours
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
