#include <zlib.h>
// For malloc_usable_size: an allocator that is handed to zlib is told to free, not how much.
#include <malloc.h>
