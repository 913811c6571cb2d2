"""Plots as inline SVG: values in, markup out; each with a title, a description and its numbers as a table.

They have no colours of their own: classes (`s-failed`, `c3`, `axis`) are given colours by the page's style
sheet, so that a plot follows dark mode and print. They need no script.
"""
