# SPDX-License-Identifier: Apache-2.0
# What is installed, and the packages made of it (deploy/package/build): one of the forwarder and one
# of the simulator, the tenant to try it against.
include(GNUInstallDirs)
set(nsf_examples "${CMAKE_INSTALL_DOCDIR}/examples")

install(TARGETS netskope-forwarder RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT forwarder)
install(TARGETS netskope-simulator RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT simulator)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME forwarder)
install(FILES deploy/systemd/netskope-forwarder.service DESTINATION lib/systemd/system)
install(FILES deploy/package/netskope-forwarder.8 DESTINATION "${CMAKE_INSTALL_MANDIR}/man8")
install(FILES deploy/package/netskope-forwarder.bash
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME netskope-forwarder)
install(DIRECTORY deploy/examples/ DESTINATION "${nsf_examples}" FILES_MATCHING PATTERN "*.yaml")
install(FILES LICENSE docs/LICENCES.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES deploy/package/copyright DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES docs/config.schema.json share/classification.yaml
  DESTINATION "${CMAKE_INSTALL_DATADIR}/netskope-forwarder")
# One secret a file, for root alone: the service is handed them as credentials.
install(DIRECTORY DESTINATION /etc/netskope-forwarder/secrets
  DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME netskope-forwarder)
set(CPACK_PACKAGE_VENDOR "netskope-forwarder")
set(CPACK_PACKAGE_CONTACT "The netskope-forwarder authors <netskope-forwarder@example.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/same_times.cmake")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENTS_ALL forwarder simulator)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FORWARDER_PACKAGE_NAME netskope-forwarder)
set(CPACK_DEBIAN_FORWARDER_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_SIMULATOR_PACKAGE_NAME netskope-simulator)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_FORWARDER_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/deploy/package/postinst" "${PROJECT_SOURCE_DIR}/deploy/package/prerm"
  "${PROJECT_SOURCE_DIR}/deploy/package/postrm")
include(CPack)
