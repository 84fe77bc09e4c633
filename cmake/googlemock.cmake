# GTest::gmock, also where libgmock-dev is not installed: Debian's googletest package, which libgtest-dev
# depends on, holds its source.
if(NOT TARGET GTest::gmock)
  set(googlemock_dir /usr/src/googletest/googlemock CACHE PATH "Source of GoogleMock")
  if(NOT EXISTS ${googlemock_dir}/src/gmock-all.cc)
    message(FATAL_ERROR "GoogleMock is missing: install libgmock-dev, or set googlemock_dir to its source")
  endif()
  add_library(certdrill_gmock STATIC ${googlemock_dir}/src/gmock-all.cc)
  target_include_directories(certdrill_gmock SYSTEM PUBLIC ${googlemock_dir}/include ${googlemock_dir})
  target_link_libraries(certdrill_gmock PUBLIC GTest::gtest)
  add_library(GTest::gmock ALIAS certdrill_gmock)
endif()
