// The smallest client of the status socket: little of its own time is in what it measures.
#pragma once

#include <filesystem>
#include <string>

namespace bench {

class StatusClient {
  public:
    // Connects at once; throws std::runtime_error when nobody listens.
    explicit StatusClient(const std::filesystem::path& socket);
    ~StatusClient();
    StatusClient(const StatusClient&) = delete;
    StatusClient& operator=(const StatusClient&) = delete;

    struct Answer {
        int status{0};
        std::string body;
    };
    // On the same connection each time. Throws when the connection ends.
    Answer get(const std::string& target);

  private:
    [[nodiscard]] std::string receive_until(std::string text, const std::string& end) const;
    [[nodiscard]] std::string receive_more(std::string text, std::size_t size) const;

    int socket_;
};

}  // namespace bench
