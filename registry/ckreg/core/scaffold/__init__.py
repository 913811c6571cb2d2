"""What a plan comes to on disk: configs and job scripts, a folder a run and a folder an evaluation."""
