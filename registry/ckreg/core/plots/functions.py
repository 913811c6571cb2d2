"""What templates may call; each gives markup that is escaped by construction."""

from ckreg.core.plots.accuracy import accuracy, of_graded, of_rows
from ckreg.core.plots.gantt import gantt
from ckreg.core.plots.losses import loss_curves
from ckreg.core.plots.shapes import icon, status_class
from ckreg.core.plots.status_bar import in_words, status_bar
from ckreg.core.plots.throughput import setup, throughput
from ckreg.core.plots.timeline import subject, timeline

FUNCTIONS = {
    "plot_accuracy": accuracy,
    "plot_gantt": gantt,
    "plot_losses": loss_curves,
    "plot_throughput": throughput,
    "plot_timeline": timeline,
    "status_bar": status_bar,
    "status_class": status_class,
    "status_icon": icon,
    "status_words": in_words,
    "predictions_of_rows": of_rows,
    "predictions_of_graded": of_graded,
    "setup_words": setup,
    "event_subject": subject,
}
"""By the names that they have in templates."""
