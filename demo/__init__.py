"""The main job, walked through on this machine: four servers, one co-tweet."""
