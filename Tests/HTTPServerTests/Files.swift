import Glibc

func write(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "w") else { throw RawClient.HungUp() }
  fwrite(bytes, 1, bytes.count, file)
  fclose(file)
}

func remove(_ path: String) { unlink(path) }
