#include "simulator/listeners/channel.h"

#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace certdrill::simulator {
namespace {

// OpenSSL's own socket BIO knows neither MSG_NOSIGNAL nor that a short read means "nothing more".

Channel& channel_of(BIO* bio) {
  return *static_cast<Channel*>(BIO_get_data(bio));
}

bool worth_a_retry() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const long count = channel_of(bio).receive(into, static_cast<std::size_t>(size));
  if (count < 0 && worth_a_retry()) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const long count = channel_of(bio).send(bytes, static_cast<std::size_t>(size));
  if (count < 0 && worth_a_retry()) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* channel_bio() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "channel");
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

// SSL_get_error() is misled by errors of earlier calls, anyone's, in this thread. Looking is
// cheaper than clearing.
void forget_earlier_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

Channel::Channel(int fd, certs::SslHandle ssl) : fd_(fd), ssl_(std::move(ssl)) {
  if (!ssl_) return;
  BIO* bio = BIO_new(channel_bio());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

Channel::~Channel() {
  if (encrypted_) SSL_shutdown(ssl_.get());
  forget_earlier_errors();
  close(fd_);
}

long Channel::receive(char* into, std::size_t size) {
  if (!readable_) {
    errno = EAGAIN;
    return -1;
  }
  const ssize_t count = recv(fd_, into, size, 0);
  // A short read has emptied the socket, and epoll will report what comes later. Only the end of
  // the stream may have been reported together with the bytes before it.
  const bool emptied = count < 0 ? errno != EINTR : static_cast<std::size_t>(count) < size;
  if (emptied) readable_ = count >= 0 && hung_up_;
  return count;
}

long Channel::send(const char* bytes, std::size_t size) {
  return ::send(fd_, bytes, size, MSG_NOSIGNAL);
}

Io Channel::handshake() {
  if (!ssl_ || encrypted_) return Io::done;
  forget_earlier_errors();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    encrypted_ = true;
    return Io::done;
  }
  return explain(result);
}

Io Channel::explain(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Io::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return Io::ended;
    default:
      encrypted_ = false;  // no close_notify after a fatal error
      return Io::broken;
  }
}

Io Channel::read(char* into, std::size_t size, std::size_t& count) {
  if (ssl_) {
    forget_earlier_errors();
    const int result = SSL_read_ex(ssl_.get(), into, size, &count);
    return result == 1 ? Io::done : explain(result);
  }
  const long received = receive(into, size);
  if (received == 0) return Io::ended;
  if (received < 0) return worth_a_retry() ? Io::would_block : Io::broken;
  count = static_cast<std::size_t>(received);
  return Io::done;
}

Io Channel::write(std::string_view bytes, std::size_t& count) {
  if (ssl_) {
    forget_earlier_errors();
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    return result == 1 ? Io::done : explain(result);
  }
  const long sent = send(bytes.data(), bytes.size());
  if (sent < 0) return worth_a_retry() ? Io::would_block : Io::broken;
  count = static_cast<std::size_t>(sent);
  return Io::done;
}

void Channel::acknowledge_now() {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

void Channel::end_writing() {
  if (encrypted_) SSL_shutdown(ssl_.get());
  forget_earlier_errors();
  shutdown(fd_, SHUT_WR);
}

void Channel::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  encrypted_ = false;  // no close_notify before the reset
}

}  // namespace certdrill::simulator
