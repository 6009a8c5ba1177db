# Every library that Colonnade needs, as colonnade_external_NAME. A missing one
# ends the configuration with a sentence that says what to install.

set(COLONNADE_INSTALL_ADVICE "Run jobs/install.sh to install everything that Colonnade needs.")
find_package(PkgConfig REQUIRED)

function(colonnade_missing what debian fedora)
  message(FATAL_ERROR "${what} was not found. Install it: on Debian and Ubuntu 'apt-get install ${debian}', "
                      "on Fedora 'dnf install ${fedora}'. ${COLONNADE_INSTALL_ADVICE}")
endfunction()

# MPI
set(MPI_SKIP_MPICXX ON)
find_package(MPI COMPONENTS C)
if(NOT MPI_C_FOUND)
  colonnade_missing("MPI for C (Open MPI or MPICH)" "libopenmpi-dev openmpi-bin" "openmpi-devel")
endif()
add_library(colonnade_external_mpi INTERFACE)
target_link_libraries(colonnade_external_mpi INTERFACE MPI::MPI_C)

# Parallel HDF5; a serial one cannot write one file from all ranks.
set(HDF5_PREFER_PARALLEL TRUE)
find_package(HDF5 COMPONENTS C)
if(NOT HDF5_FOUND)
  colonnade_missing("HDF5" "libhdf5-openmpi-dev" "hdf5-openmpi-devel")
endif()
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 was found, but it is the serial one, which cannot write one file from several ranks. "
                      "Install the parallel one: on Debian and Ubuntu 'apt-get install libhdf5-openmpi-dev', on "
                      "Fedora 'dnf install hdf5-openmpi-devel', or 'module load hdf5-parallel' on a cluster. "
                      "${COLONNADE_INSTALL_ADVICE}")
endif()
if((HDF5_C_LIBRARIES MATCHES "openmpi" AND MPI_C_LIBRARIES MATCHES "mpich") OR
   (HDF5_C_LIBRARIES MATCHES "mpich" AND MPI_C_LIBRARIES MATCHES "openmpi"))
  message(FATAL_ERROR "HDF5 (${HDF5_C_LIBRARIES}) was built for another MPI than the one that was found "
                      "(${MPI_C_LIBRARIES}). Choose one: on Debian and Ubuntu 'update-alternatives --config mpi', or "
                      "install the HDF5 of the other MPI, libhdf5-openmpi-dev or libhdf5-mpich-dev.")
endif()
add_library(colonnade_external_hdf5 INTERFACE)
target_include_directories(colonnade_external_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_link_libraries(colonnade_external_hdf5 INTERFACE ${HDF5_C_LIBRARIES} MPI::MPI_C)

# Libraries with a pkg-config file
function(colonnade_pkg name module what debian fedora)
  pkg_check_modules(${name} QUIET IMPORTED_TARGET ${module})
  if(NOT ${name}_FOUND)
    colonnade_missing("${what}" "${debian}" "${fedora}")
  endif()
  add_library(colonnade_external_${name} INTERFACE)
  target_link_libraries(colonnade_external_${name} INTERFACE PkgConfig::${name})
  set(COLONNADE_${name}_VERSION ${${name}_VERSION} PARENT_SCOPE)
endfunction()

colonnade_pkg(curl libcurl "libcurl" libcurl4-openssl-dev libcurl-devel)
colonnade_pkg(cjson libcjson "cJSON" libcjson-dev cjson-devel)
colonnade_pkg(openssl libcrypto "OpenSSL" libssl-dev openssl-devel)
colonnade_pkg(libxml2 libxml-2.0 "libxml2" libxml2-dev libxml2-devel)
colonnade_pkg(xxhash libxxhash "xxHash" libxxhash-dev xxhash-devel)
colonnade_pkg(gsl gsl "the GNU Scientific Library" libgsl-dev gsl-devel)
colonnade_pkg(zlib zlib "zlib" zlib1g-dev zlib-devel)
colonnade_pkg(zstd libzstd "Zstandard" libzstd-dev libzstd-devel)
