"""The service over HTTP, described by its own OpenAPI document at ``/openapi.json``."""
