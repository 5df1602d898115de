"""Throwaway MySQL and MariaDB servers, and the engine, for tests, oracle, demo and bench."""
