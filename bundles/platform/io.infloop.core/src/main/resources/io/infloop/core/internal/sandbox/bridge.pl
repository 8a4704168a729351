use strict; use IO::Socket::INET; use IO::Socket::UNIX; use IO::Select;
$SIG{CHLD} = "IGNORE";
my ($port, $path) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 128, ReuseAddr => 1) or die;
while (1) {
  my $client = $server->accept or next;
  my $child = fork;
  if (!defined $child || $child) { close $client; next }
  close $server;
  my $proxy = IO::Socket::UNIX->new(Peer => $path) or exit 1;
  my $both = IO::Select->new($client, $proxy);
  while ($both->count) {
    for my $from ($both->can_read) {
      my $to = $from == $client ? $proxy : $client;
      my $read = sysread($from, my $bytes, 65536);
      if (!$read) { $both->remove($from); shutdown($to, 1); next }
      my $done = 0;
      while ($done < $read) {
        my $written = syswrite($to, $bytes, $read - $done, $done);
        exit 1 unless defined $written;
        $done += $written;
      }
    }
  }
  exit 0;
}
