"""Grades a folder of submitted notebooks; nothing in it ever runs a student's code in its own process.

intake ── plan ── session ──────────────── judging ── results
                    │  plain data only (wire)
          ┄┄┄┄┄┄┄┄┄┄│┄┄┄┄┄┄┄┄┄┄ sandbox: another process, another namespace
                  worker ── shell
"""
