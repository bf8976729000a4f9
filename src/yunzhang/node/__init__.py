"""The node: runs beside a department's data, answers granted calls, and keeps the proof."""
