/* The shared library needs a source to be one. All of it is in the archive. */
typedef int logring_shared;
