// SPDX-License-Identifier: Apache-2.0
// The file sink: one event a line, appended batch by batch, on a thread of its own. Also stdout,
// and the dead letter.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ports/result.h"
#include "ports/sink.h"

namespace nsf {

struct FileSinkConfig {
  std::string name;    // of the sink, for messages
  std::string path;    // "-": stdout
  bool sync = true;    // a batch is acknowledged only when it survives a power cut; not for stdout
  mode_t mode = 0640;  // of a file that is made
};

class FileSink : public Sink {
 public:
  using Log = std::function<void(std::string_view message)>;

  // Opens the file. Fails with kConfiguration; kStop when the system has no thread left. `log` is
  // called here and on the sink's thread.
  static Result<std::unique_ptr<FileSink>> Create(FileSinkConfig config, Log log);
  ~FileSink() override;
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  void Publish(SinkBatch& batch, Done done) override;
  Guarantee guarantee() const override;
  // The file of that name is opened anew, soon, and made when it is not there; when that fails, the
  // log says so and the old one stays in use.
  void Reopen() override;

 private:
  class Worker;
  FileSink(FileSinkConfig config, std::unique_ptr<Worker> worker);

  const FileSinkConfig config_;
  const std::unique_ptr<Worker> worker_;
};

}  // namespace nsf
