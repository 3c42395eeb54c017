"""The least a Flask application can do: what this machine and gunicorn allow at most."""

from flask import Flask, Response, jsonify

app = Flask(__name__, static_folder=None)


@app.get("/hello")
def hello() -> Response:
    """One small JSON object."""
    return jsonify(hello="world")
