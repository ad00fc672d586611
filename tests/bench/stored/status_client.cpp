#include "tests/bench/stored/status_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace bench {

StatusClient::StatusClient(const std::filesystem::path& socket)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
    // connect() takes every family's address as the general one.
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return;
    ::close(socket_);
    throw std::runtime_error("nobody listens on " + socket.string());
}

StatusClient::~StatusClient() { ::close(socket_); }

StatusClient::Answer StatusClient::get(const std::string& target) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: cadenced\r\n\r\n";
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
        throw std::runtime_error("the daemon hung up");
    }
    constexpr const char* kEndOfHead = "\r\n\r\n";
    std::string text = receive_until({}, kEndOfHead);
    const std::size_t body = text.find(kEndOfHead) + std::strlen(kEndOfHead);
    constexpr const char* kLength = "Content-Length: ";
    const std::size_t length = text.find(kLength);
    if (length == std::string::npos || length > body)
        throw std::runtime_error("no length: " + text);
    const std::size_t size = std::stoul(text.substr(length + std::strlen(kLength)));
    text = receive_more(std::move(text), body + size);
    return {std::stoi(text.substr(std::strlen("HTTP/1.1 "))), text.substr(body)};
}

std::string StatusClient::receive_until(std::string text, const std::string& end) const {
    while (text.find(end) == std::string::npos) text = receive_more(text, text.size() + 1);
    return text;
}

std::string StatusClient::receive_more(std::string text, std::size_t size) const {
    char bytes[65536];
    while (text.size() < size) {
        const ssize_t received = ::recv(socket_, bytes, sizeof bytes, 0);
        if (received <= 0) throw std::runtime_error("the daemon hung up");
        text.append(bytes, static_cast<std::size_t>(received));
    }
    return text;
}

}  // namespace bench
