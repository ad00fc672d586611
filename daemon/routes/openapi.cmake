# Writes openapi.cpp, which holds openapi.json with this program's version in it, so that the program
# needs no files at run time.
configure_file(openapi.json ${CMAKE_CURRENT_BINARY_DIR}/openapi.json @ONLY)
file(READ ${CMAKE_CURRENT_BINARY_DIR}/openapi.json OPENAPI_BYTES HEX)
string(REGEX REPLACE "(................................)" "\\1\n" OPENAPI_BYTES "${OPENAPI_BYTES}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," OPENAPI_BYTES "${OPENAPI_BYTES}")
configure_file(openapi.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/openapi.cpp @ONLY)
