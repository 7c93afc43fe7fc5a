"""This integration in a real Home Assistant process, against simulated systems in processes of their own."""
