"""The door of programs: resources under ``/api/v1``, described by an OpenAPI document."""
