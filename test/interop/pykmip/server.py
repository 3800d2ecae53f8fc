"""PyKMIP's own server, on a port that the system chooses, from settings on standard input (JSON). Says its port, ends with its input.

Of PyKMIP nothing is replaced but what its configuration leaves out: the port 0, TLS 1.3, a password check (PyKMIP
reads credentials and compares them with nothing), and the versions and operations of older servers.
"""
import json
import logging
import os
import signal
import ssl
import sys
import threading
import time

from kmip.core import enums, exceptions
from kmip.core.messages import contents
from kmip.services import auth
from kmip.services.server import engine, session
from kmip.services.server.server import KmipServer

settings = json.loads(sys.stdin.readline())


class Tls13Suite(auth.TLS12AuthenticationSuite):
    def __init__(self, cipher_suites=None):
        super().__init__(cipher_suites)
        self._protocol = ssl.PROTOCOL_TLS_SERVER


def check_password(certificate_and_request):
    def authenticate(self, certificate, request):
        wanted = settings.get("credential")
        if wanted:
            header = request.request_header.authentication
            given = header.credentials[0].credential_value if header else None
            if given is None or [given.username, given.password] != [wanted["username"], wanted["password"]]:
                raise exceptions.PermissionDenied("wrong user or password")
        return certificate_and_request(self, certificate, request)

    return authenticate


session.KmipSession.authenticate = check_password(session.KmipSession.authenticate)


def slow(process):
    def process_operation(self, operation, payload):
        if operation.name in settings.get("withoutOperations", []):
            raise exceptions.OperationNotSupported(operation.name)
        with open(settings["operations"], "a") as operations:
            operations.write(f"{operation.name}\n")
        time.sleep(settings.get("delayMillis", 0) / 1000)
        answer = process(self, operation, payload)
        if operation == enums.Operation.QUERY:
            answer.operations = [o for o in answer.operations if o.name not in settings.get("withoutOperations", [])]
        return answer

    return process_operation


engine.KmipEngine._process_operation = slow(engine.KmipEngine._process_operation)

server = KmipServer(
    hostname="127.0.0.1",
    port=5696,
    certificate_path=settings["certificate"],
    key_path=settings["key"],
    ca_path=settings["clientCa"],
    auth_suite="TLS1.2",
    config_path=None,
    log_path=settings["log"],
    policy_path=os.path.dirname(settings["log"]),
    enable_tls_client_auth=True,
    logging_level="ERROR",
    database_path=settings["database"],
)
logging.getLogger("kmip").setLevel(logging.ERROR)
server.config.settings["port"] = settings.get("port", 0)
if settings.get("tls") == "1.3":
    server.auth_suite = Tls13Suite([])
server.start()
if settings.get("versions"):
    versions = [contents.ProtocolVersion(*version) for version in settings["versions"]]
    server._engine._protocol_versions = versions

threading.Thread(target=lambda: (sys.stdin.read(), os.killpg(0, signal.SIGKILL)), daemon=True).start()
server._socket.listen(128)
print(json.dumps({"port": server._socket.getsockname()[1]}), flush=True)
server.serve()
