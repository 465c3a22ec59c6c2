// For a kernel that writes float32 and reads half.
enable f16;
