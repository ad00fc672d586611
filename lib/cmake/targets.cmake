# What every target of ours has in common, and the two functions that make one.

add_library(cadenced_flags INTERFACE)
target_compile_options(cadenced_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Werror -fstack-protector-strong)
target_compile_definitions(cadenced_flags INTERFACE
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    BOOST_ALL_NO_LIB)
target_link_options(cadenced_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(cadenced_flags INTERFACE -fuse-ld=lld)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside the standard library's and Boost's inlined code.
    target_compile_options(cadenced_flags INTERFACE
        -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds
        -Wno-dangling-pointer -Wno-mismatched-new-delete)
    if(CADENCED_UNITY)
        # In a unity every source is an included file, whose anonymous namespaces g++ suspects.
        target_compile_options(cadenced_flags INTERFACE -Wno-subobject-linkage)
    endif()
endif()

if(CADENCED_SANITIZE)
    target_compile_options(cadenced_flags INTERFACE
        -fsanitize=${CADENCED_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(cadenced_flags INTERFACE -fsanitize=${CADENCED_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CADENCED_SANITIZE MATCHES "undefined")
        # clang 14 cannot check function types inside coroutine frames.
        target_compile_options(cadenced_flags INTERFACE -fno-sanitize=function,vptr)
    endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(cadenced_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

# Headers that are parsed once a target instead of once a source; a source still includes what it uses.
# Without this most of a build is spent on Asio's and the JSON library's headers.
set(CADENCED_PCH_STD
    <algorithm> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <utility>
    <vector> <tl/expected.hpp>)
set(CADENCED_PCH_ASIO
    <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
    <boost/asio/io_context.hpp> <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)
set(CADENCED_PCH_JSON <nlohmann/json.hpp>)
set(CADENCED_PCH_GTEST <gtest/gtest.h>)

function(cadenced_precompile target)
    set(headers ${CADENCED_PCH_STD})
    foreach(group ${ARGN})
        list(APPEND headers ${CADENCED_PCH_${group}})
    endforeach()
    target_precompile_headers(${target} PRIVATE ${headers})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
        # Lets a compiler cache recognise the precompiled header.
        target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
endfunction()

# Says how a target's sources are read: `batch` of them as one where CADENCED_UNITY is on, and what they
# have in common precompiled, unless all of them fit into one unit, which reads it once anyway.
function(cadenced_read_together target batch)
    cmake_parse_arguments(arg "APART" "" "PCH" ${ARGN})
    get_target_property(sources ${target} SOURCES)
    list(LENGTH sources count)
    if(CADENCED_UNITY AND NOT arg_APART)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
        if(count LESS_EQUAL batch)
            return()
        endif()
    endif()
    cadenced_precompile(${target} ${arg_PCH})
endfunction()

# cadenced_library(NAME SOURCES … PUBLIC … PRIVATE … PCH …): one static library, a folder. Headers are
# included by their path below lib/ ("cadence/window.hpp"). PCH: of STD (always), ASIO, JSON.
# APART: never as a unity build (its sources share names on purpose, or are heavy one by one).
function(cadenced_library name)
    cmake_parse_arguments(arg "APART" "" "SOURCES;PUBLIC;PRIVATE;PCH" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/lib)
    target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE cadenced_flags ${arg_PRIVATE})
    # Asio's configuration macros must be the same in every unit that sees its headers.
    target_compile_definitions(${name} PUBLIC
        $<TARGET_PROPERTY:cadenced_flags,INTERFACE_COMPILE_DEFINITIONS>)
    set(apart)
    if(arg_APART)
        set(apart APART)
    endif()
    cadenced_read_together(${name} 12 ${apart} PCH ${arg_PCH})
endfunction()

# cadenced_test(NAME SOURCES … LINK … PCH …): one GoogleTest program, a folder. COST:
# about the seconds of its longest test; the longest of all begin first.
function(cadenced_test name)
    cmake_parse_arguments(arg "" "TIMEOUT;COST" "SOURCES;LINK;PCH" ${ARGN})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    if(NOT arg_COST)
        set(arg_COST 0)
    endif()
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_compile_definitions(${name} PRIVATE
        CADENCED_SOURCE_DIR="${CMAKE_SOURCE_DIR}" CADENCED_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
    target_link_libraries(${name} PRIVATE cadenced_flags ${arg_LINK} GTest::gtest GTest::gtest_main)
    cadenced_read_together(${name} 8 PCH GTEST ${arg_PCH})
    if(CADENCED_TESTS_WHOLE)
        add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
        set_tests_properties(${name} PROPERTIES TIMEOUT 900 COST 300)
        return()
    endif()
    include(GoogleTest)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
        PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_COST})
endfunction()
