"""Takes the pictures of README.md: `python docs/make_pictures.py`, or `make pictures`.

A terminal in which real commands are typed, and a page of the site, both as Chromium shows them. It needs Chromium and
the extra `browser`. The registry is the made-up lab of the browser's tests.
"""
