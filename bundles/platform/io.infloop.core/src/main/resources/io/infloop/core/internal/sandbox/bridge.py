import socket, sys, threading

def copy(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

def serve(client):
    proxy = socket.socket(socket.AF_UNIX)
    try:
        proxy.connect(sys.argv[2])
        other = threading.Thread(target=copy, args=(proxy, client), daemon=True)
        other.start()
        copy(client, proxy)
        other.join()
    except OSError:
        pass
    finally:
        proxy.close()
        client.close()

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(sys.argv[1])))
server.listen(128)
while True:
    connection, _ = server.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
