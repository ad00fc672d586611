#include "tests/bench/intake/load.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "net/unix_http_client.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

// One keep-alive connection with one proof on its way.
class Client {
  public:
    explicit Client(const std::filesystem::path& path)
        : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("cannot connect to " + path.string());
        }
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    [[nodiscard]] int socket() const { return socket_; }

    void send(const std::string& proof) {
        const std::string text =
            "POST /v1/proofs HTTP/1.1\r\nHost: cadenced\r\nContent-Type: "
            "application/json\r\nContent-Length: " +
            std::to_string(proof.size()) + "\r\n\r\n" + proof;
        const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent != static_cast<ssize_t>(text.size())) throw std::runtime_error("cannot send");
    }

    // Whether what has come by now is the whole answer. The answer is short: its body ends in a
    // line feed, and its headers end each line in CR LF.
    [[nodiscard]] bool receive() {
        std::array<char, 4096> piece{};
        const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
        if (size <= 0) throw std::runtime_error("the daemon hung up");
        answer_.append(piece.data(), static_cast<std::size_t>(size));
        const auto head = answer_.find("\r\n\r\n");
        if (head == std::string::npos || answer_.find('\n', head + 4) == std::string::npos) {
            return false;
        }
        if (answer_.rfind("HTTP/1.1 201", 0) != 0) throw std::runtime_error(answer_);
        answer_.clear();
        return true;
    }

  private:
    int socket_;
    std::string answer_;
};

}  // namespace

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::string Proofs::line(int number) const {
    return R"({"id":")" + prefix + "-" + std::to_string(10'000'000 + number) +
           R"(","sessionId":"lock-)" + std::to_string(number % sessions) +
           R"(","metric":"check_in"})";
}

Acknowledged hand_in_singly(const std::filesystem::path& socket, const Proofs& proofs, int clients,
                            std::chrono::seconds duration) {
    std::vector<std::unique_ptr<Client>> all;
    std::vector<pollfd> waiting;
    int sent = 0;
    for (int i = 0; i < clients; ++i) {
        all.push_back(std::make_unique<Client>(socket));
        waiting.push_back({all.back()->socket(), POLLIN, 0});
    }
    const auto begin = Clock::now();
    for (auto& client : all) client->send(proofs.line(sent++));
    Acknowledged done;
    while (seconds_since(begin) < static_cast<double>(duration.count())) {
        if (::poll(waiting.data(), waiting.size(), 10'000) <= 0) {
            throw std::runtime_error("no answer for ten seconds");
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (waiting[i].revents == 0 || !all[i]->receive()) continue;
            ++done.proofs;
            all[i]->send(proofs.line(sent++));
        }
    }
    done.seconds = seconds_since(begin);
    return done;
}

Acknowledged hand_in_lines(const std::filesystem::path& socket, const Proofs& proofs, int count) {
    net::UnixHttpCall call;
    call.method = "POST";
    call.target = "/v1/proofs";
    call.content_type = "application/x-ndjson";
    for (int number = 0; number < count; ++number) call.body += proofs.line(number) + "\n";
    Acknowledged done;
    call.on_line = [&done](std::string_view line) {
        if (line.find("\"status\":201") == std::string_view::npos) {
            throw std::runtime_error(std::string(line));
        }
        ++done.proofs;
    };
    const auto begin = Clock::now();
    const auto answer = net::UnixHttpClient(socket.string()).request(call);
    done.seconds = seconds_since(begin);
    if (!answer) throw std::runtime_error(answer.error().detail);
    if (done.proofs != count) throw std::runtime_error("lines without an answer: " + answer->body);
    return done;
}

}  // namespace bench
