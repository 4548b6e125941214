"""What could produce or replace energy at a home: rooftop PV, solar water heating, economics."""
