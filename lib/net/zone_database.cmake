# The zone database stands apart from the rest of net: it needs date/tz and no Asio.
cadenced_library(zone_database
    SOURCES
        zone_database.cpp
        zone_file.cpp
        zone_footer.cpp
    PUBLIC cadence
    PRIVATE date::date-tz OpenSSL::Crypto)
