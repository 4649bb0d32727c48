<?php // a block theme has no PHP templates
