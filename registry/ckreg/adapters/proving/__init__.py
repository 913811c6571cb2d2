"""Proves on the mount at hand that locks exclude, renames are atomic, fsync works and SQLite locks."""

from ckreg.adapters.proving.files import clock_skew, fsync_seconds, replaced
from ckreg.adapters.proving.locks import counted
from ckreg.adapters.proving.scratch import scratch
from ckreg.adapters.proving.sqlite import sqlite_fault

__all__ = ["clock_skew", "counted", "fsync_seconds", "replaced", "scratch", "sqlite_fault"]
