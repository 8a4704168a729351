const net = require("net");
const [port, path] = process.argv.slice(1).slice(-2);
net.createServer({ allowHalfOpen: true }, client => {
  const proxy = net.connect({ path, allowHalfOpen: true });
  const end = () => { client.destroy(); proxy.destroy(); };
  client.on("error", end);
  proxy.on("error", end);
  client.pipe(proxy);
  proxy.pipe(client);
}).listen(Number(port), "127.0.0.1");
