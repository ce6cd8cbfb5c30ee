#!/usr/bin/env python3
"""Stands in for the API of a language model: streams words, and says at the end how many tokens they were.

Usage: model.py [port]. A request may ask for {"max_tokens": n}, else it gets 20 to 4,000; {"stream": false} gets all at
once. A prompt of "fail" is answered with 500, and one of "hang" begins and does not end.
"""
import json
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = request.get("messages", [{"content": ""}])[-1]["content"]
        words = request.get("max_tokens", int(20 * 200 ** random.random()))
        usage = {"prompt_tokens": len(prompt.split()), "completion_tokens": words}
        usage["total_tokens"] = sum(usage.values())
        if prompt == "fail":
            self.answer(500, {"error": {"message": "by design"}})
        elif request.get("stream", True):
            self.stream(words, usage, prompt == "hang")
        else:
            content = "word " * words
            self.answer(200, {"choices": [{"message": {"content": content}}], "usage": usage})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, words, usage, hang):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in range(10):
            content = "word " * (words // 10 + (part < words % 10))
            self.event({"choices": [{"delta": {"content": content}}], "usage": None})
            time.sleep(3600 if hang else 0.05)
        self.event({"choices": [], "usage": usage})
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def event(self, document):
        self.chunk(b"data: " + json.dumps(document).encode() + b"\n\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8089), Model).serve_forever()
