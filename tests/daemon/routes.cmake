# The status socket's routes over a real ledger, and once over the real socket.
cadenced_test(routes_tests
    SOURCES
        ../ledger/ledger_fixture.cpp
        ../ledger/sample_zones.cpp
        ../ledger/temp_directory.cpp
        openapi_test.cpp
        long_text_test.cpp
        proof_lines_test.cpp
        plain_proof_test.cpp
        routes_answers_test.cpp
        routes_fixture.cpp
        routes_refusals_test.cpp
        routes_socket_test.cpp
        routes_text_test.cpp
        turnstile_test.cpp
    LINK cadenced_routes ledger net nlohmann_json::nlohmann_json
    PCH ASIO JSON)
