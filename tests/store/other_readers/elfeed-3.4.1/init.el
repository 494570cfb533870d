(require 'package)
(package-initialize)
(require 'elfeed)
(setq elfeed-feeds '("http://127.0.0.1:8199/sea.xml" ; no tags
                     ("http://127.0.0.1:8199/tech.xml" tech pumps)))
